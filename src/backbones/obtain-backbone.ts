import { SamesameError } from '../base/errors.ts';
import { cachedPath, cacheFolderOf, recordedSha256, recordSha256, sizeOf } from '../data/catalog/cache.ts';
import type { Patience } from '../data/catalog/download.ts';
import { readMirror } from '../data/catalog/mirror.ts';
import { helpByHand, type ObtainedFile, obtainFiles } from '../data/catalog/obtain.ts';
import type { CatalogEvent, CatalogFile } from '../data/catalog/types.ts';
import { askHub, hubAddress, hubHeaders, isOffline, openHub } from './hub.ts';
import { BACKBONES } from './table.ts';
import type { Backbone } from './types.ts';

export interface ObtainBackboneOptions extends Patience {
  /** Folder for downloads and recorded checksums. Default: as `defaultBackboneFolder` says. */
  readonly cache?: string;
  /**
   * In place of the hub: a base address or a folder that has `NAME.onnx`. A folder may also have the hub's own layout,
   * `OWNER/REPOSITORY/onnx/model.onnx`.
   */
  readonly mirror?: string;
  /** Another hub that speaks the same paths. Default: `HF_ENDPOINT`, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Whether the network must be left alone. Default: whether `HF_HUB_OFFLINE` is set. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: CatalogEvent) => void;
}

/**
 * Where pretrained networks are kept: `SAMESAME_BACKBONES`, else `backbones` in `SAMESAME_CACHE`, else
 * `samesame/backbones` in `XDG_CACHE_HOME`, else in `~/.cache`.
 * @param environment Default: that of the process.
 */
export function defaultBackboneFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return environment.SAMESAME_BACKBONES || cacheFolderOf('backbones', environment);
}

/** Where its file is kept, and where a person without a network puts it. */
export function backbonePath({ name }: Pick<Backbone, 'name'>, cache: string): string {
  return cachedPath(cache, { name }, fileName(name));
}

/** A pretrained network of the table, and whether it is on this machine. */
export interface ListedBackbone {
  readonly backbone: Backbone;
  /** Not checked: that is done when it is used. */
  readonly isCached: boolean;
}

/** The pretrained networks that can be asked for by name. */
export async function listBackbones(cache: string = defaultBackboneFolder()): Promise<ListedBackbone[]> {
  const listed: ListedBackbone[] = [];
  for (const backbone of BACKBONES) {
    const isCached = (await sizeOf(backbonePath(backbone, cache))) !== undefined;
    listed.push({ backbone, isCached });
  }
  return listed;
}

/**
 * The file of a pretrained network: out of the cache, out of a mirror folder (where it stays), or downloaded from the
 * hub into the cache, whole and checked against the hub's own SHA-256. That is kept, and held against the file each time.
 * @throws E_DOWNLOAD, E_NOT_FOUND telling which file to put where; E_DATA for a wrong checksum; E_CONFIG for an address
 *   that is none; E_DISK_FULL, E_PERMISSION, E_IO; the reason of `signal`
 * @example
 * const { path, sha256 } = await obtainBackbone(findBackbone('mobilenet-v2'));
 */
export async function obtainBackbone(
  backbone: Backbone,
  options: ObtainBackboneOptions = {},
): Promise<ObtainedFile> {
  const { name } = backbone;
  const { cache = defaultBackboneFolder(), offline = isOffline(), endpoint } = options;
  const hub = openHub(endpoint);
  const file = catalogFile(backbone, hubAddress(backbone.file, hub));
  const mirror = options.mirror === undefined ? undefined : await readMirror(options.mirror);
  const key = `${name}/${file.name}`;
  const isHere = (await sizeOf(backbonePath(backbone, cache))) !== undefined;
  const isAsked = mirror === undefined && !offline && !isHere;
  const answer = isAsked
    ? await askHub(backbone.file, hub, {
        ...options,
        name: file.name,
        help: helpByHand(backbone, [file], cache),
      })
    : {};
  const known = file.sha256 ?? (await recordedSha256(cache, key));
  if (known !== undefined && answer.sha256 !== undefined && answer.sha256 !== known)
    throw otherVersion(backbone, cache, known, answer.sha256);
  const sizeBytes = answer.sizeBytes ?? file.sizeBytes;
  const [obtained] = await obtainFiles(
    { name, files: [{ ...file, sizeBytes, sha256: file.sha256 ?? answer.sha256 }] },
    { ...options, cache, mirror, offline, headers: hubHeaders(hub) },
  );
  // What the hub said holds from now on, also where it cannot be asked.
  if (known === undefined && answer.sha256 !== undefined) await recordSha256(cache, key, obtained.sha256);
  return obtained;
}

const fileName = (name: string) => `${name}.onnx`;

function catalogFile(backbone: Backbone, address: string): CatalogFile {
  const { name, file, sizeBytes, roughSizeBytes, sha256 } = backbone;
  return {
    name: fileName(name),
    homePath: `${file.repo}/${file.path}`,
    urls: [address],
    sizeBytes,
    roughSizeBytes,
    sha256,
  };
}

function otherVersion(backbone: Backbone, cache: string, known: string, received: string): SamesameError {
  const isPublished = backbone.sha256 !== undefined;
  return new SamesameError('E_DATA', {
    what: `the hub has another version of ${backbone.name} than the one that is known here`,
    expected: `sha256 ${known} (${isPublished ? 'published' : 'recorded when it was first fetched'})`,
    received: `sha256 ${received}`,
    help: isPublished
      ? 'get the known one from another place (--mirror); or name the new file by its path'
      : `to go over to the new one, remove "${backbone.name}/${fileName(backbone.name)}" from checksums.json in ${cache}`,
    details: { expected: known, received },
  });
}
