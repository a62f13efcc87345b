import { type Command, Option } from 'commander';
import type { S3Options } from '../data/s3/client.ts';

export interface S3FlagOptions {
  readonly s3Endpoint?: string;
  readonly s3Addressing?: S3Options['addressing'];
}

export function addS3Options(verb: Command): Command {
  return verb
    .optionsGroup('Objects (s3://bucket/prefix; keys in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY):')
    .option(
      '--s3-endpoint <url>',
      "the storage's address (default: $AWS_ENDPOINT_URL_S3, else Amazon's of $AWS_REGION)",
    )
    .addOption(
      new Option(
        '--s3-addressing <style>',
        "whether the bucket is in the path or the host's name (default: path, at Amazon virtual)",
      ).choices(['path', 'virtual']),
    );
}

export function toS3Options({ s3Endpoint, s3Addressing }: S3FlagOptions): S3Options {
  return { endpoint: s3Endpoint, addressing: s3Addressing };
}
