import { z } from '@hono/zod-openapi';
import { PROJECTION_NAMES } from '../projection/index.ts';
import { MODEL_FILES } from './engine/engine.ts';
import { IMAGE_SOURCES } from './moves/movable.ts';

// What the service reads and answers, once: requests are checked against it, the OpenAPI document is made from it, and the
// tests hold every answer and the client's types against it.

const name = z
  .string()
  .max(1000)
  .openapi({ description: 'What you call it; shown again, never used as a path.' });

export const imagesBodySchema = z
  .strictObject({
    images: z
      .array(
        z.union([
          z.strictObject({
            data: z.string().openapi({ description: 'Bytes of an image file in base64.', format: 'byte' }),
            name: name.optional(),
          }),
          z.strictObject({
            url: z.string().max(2000).openapi({
              description: 'Address to fetch the image from; only hosts that the service allows.',
            }),
            name: name.optional(),
          }),
        ]),
      )
      .min(1),
  })
  .openapi('ImagesBody');

const fault = z.strictObject({
  pointer: z.string().openapi({ description: 'JSON pointer into the request, or name of a parameter.' }),
  detail: z.string(),
});

export const problemSchema = z
  .strictObject({
    type: z.string().openapi({ description: 'Address of its description at this service: /docs#CODE.' }),
    title: z.string().openapi({ description: 'What the code means; the same for every such problem.' }),
    status: z.int(),
    code: z.string().openapi({ description: 'For programs: E_IMAGE, E_BUSY, …' }),
    detail: z.string().openapi({ description: 'What failed this time.' }),
    expected: z.string().optional(),
    received: z.string().optional(),
    help: z.string().optional(),
    errors: z.array(fault).optional(),
    requestId: z.string().openapi({ description: 'As in the header X-Request-Id and in the log.' }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' });

/** One image that could not be used, where others of the request could. */
const imageProblem = problemSchema
  .pick({ code: true, title: true, detail: true, expected: true, received: true, help: true })
  .openapi('ImageProblem');

const index = z.int().min(0).openapi({ description: 'Place of the image in the request, from 0.' });
const model = z.string().openapi({ description: 'Checksum of the model that answered.' });

/** Results of images in the order of the request, each of this shape or with what is wrong with the image. */
function resultsOf<S extends z.ZodRawShape>(shape: S) {
  return z.array(
    z.union([
      z.strictObject({ index, name: name.optional(), ...shape }),
      z.strictObject({ index, name: name.optional(), problem: imageProblem }),
    ]),
  );
}

export const embedResponseSchema = z
  .strictObject({
    model,
    embeddingSize: z.int().min(1),
    results: resultsOf({
      embedding: z.union([z.array(z.number()), z.string()]).openapi({
        description: 'D numbers; with encoding=base64 the bytes of D float32, little-endian, in base64.',
      }),
    }),
  })
  .openapi('Embeddings');

export const compareResponseSchema = z
  .strictObject({
    model,
    distance: z.number().openapi({ description: 'Lower is closer.' }),
    probability: z
      .number()
      .openapi({ description: 'That both show the same thing, where prior of all pairs do.' }),
    prior: z.number().optional(),
    verdict: z.enum(['same', 'different', 'unsure']),
    because: z
      .string()
      .optional()
      .openapi({ description: 'Why no other answer is given; only with unsure.' }),
    threshold: z.number().openapi({ description: 'Distance below which the verdict is same.' }),
  })
  .openapi('Comparison');

export const modelResponseSchema = z
  .strictObject({
    model,
    loadedAt: z.string().openapi({ description: 'ISO 8601.' }),
    encoder: z.strictObject({ name: z.string(), embeddingSize: z.int(), normalized: z.boolean() }),
    comparator: z.string().nullable().openapi({ description: 'Name of its learned head, or null.' }),
    input: z.strictObject({
      height: z.int(),
      width: z.int(),
      channels: z.int(),
      resize: z.enum(['fit', 'cover', 'stretch']),
    }),
    distance: z.enum(['euclidean', 'comparator']),
    threshold: z.number(),
    prior: z.number().nullable(),
    isCalibrated: z.boolean().openapi({ description: 'Whether it can answer unsure.' }),
    classes: z.array(z.string()),
    trainedOn: z.strictObject({ dataset: z.string(), numImages: z.int() }),
    store: z
      .enum(['lancedb', 'postgres'])
      .nullable()
      .openapi({ description: 'What the service searches in; null where it has nothing to search in.' }),
    samesame: z.string().openapi({ description: 'Version that trained it.' }),
  })
  .openapi('Model');

export const statsResponseSchema = z
  .strictObject({
    model,
    version: z.string().openapi({ description: 'Version of samesame that serves.' }),
    uptimeSeconds: z.number(),
    requests: z.strictObject({
      total: z.int(),
      byStatus: z.record(z.string(), z.int()),
      inProgress: z.int(),
    }),
    images: z.strictObject({
      total: z.int(),
      inProgress: z.int(),
      waitingForBatch: z.int(),
      maxQueue: z.int(),
    }),
    batches: z.strictObject({ total: z.int(), meanSize: z.number() }),
    latencyMs: z
      .strictObject({ p50: z.number(), p95: z.number(), p99: z.number(), numRequests: z.int() })
      .openapi({ description: 'Of the last requests with images, at most 1,024 of them.' }),
    threads: z.int().openapi({ description: 'Threads that run the model.' }),
    store: z
      .strictObject({ kind: z.enum(['lancedb', 'postgres']), numImages: z.int().nullable() })
      .nullable()
      .openapi({ description: 'null without a store; numImages is null while it cannot be reached.' }),
    memoryBytes: z.strictObject({ rss: z.int(), heapUsed: z.int(), heldBodies: z.int() }),
  })
  .openapi('Stats');

const metadata = z.record(z.string(), z.unknown()).openapi({ description: 'What was stored with it.' });

/** An image of the store. Where its file lies is told to nobody. */
export const neighbourSchema = z
  .strictObject({
    id: z.string(),
    name: z.string().openapi({ description: 'Of its file, without folders.' }),
    label: z.string().nullable(),
    metadata,
    distance: z.number().openapi({ description: 'Lower is closer.' }),
    probability: z.number().openapi({ description: 'That it shows the same thing as the query.' }),
    verdict: z.enum(['same', 'different', 'unsure']),
  })
  .openapi('Neighbour');

export const searchResponseSchema = z
  .strictObject({
    model,
    results: resultsOf({
      method: z.enum(['exact', 'approximate']),
      neighbours: z.array(neighbourSchema).openapi({ description: 'The nearest first.' }),
    }),
    recall: z
      .strictObject({ recall: z.number(), k: z.int(), numQueries: z.int(), numRows: z.int() })
      .optional()
      .openapi({
        description: 'Measured share of the true neighbours that the index finds; with approximate answers.',
      }),
  })
  .openapi('SearchResults');

export const addResponseSchema = z
  .strictObject({
    model,
    results: resultsOf({
      id: z.string().openapi({ description: 'From the bytes of the file: the same image has the same id.' }),
    }),
  })
  .openapi('AddedImages');

const storedImage = {
  id: z.string(),
  name: z.string().openapi({ description: 'Of its file, without folders.' }),
  label: z.string().nullable(),
};
const numImages = z.int().openapi({ description: 'Images of the store.' });

export const mapResponseSchema = z
  .strictObject({
    model,
    method: z.enum(PROJECTION_NAMES).openapi({ description: 'How they were placed.' }),
    numImages,
    images: z
      .array(
        z.strictObject({
          ...storedImage,
          x: z.number().openapi({ description: 'From −1 to 1, to the same scale as y.' }),
          y: z.number(),
        }),
      )
      .openapi({ description: 'All of a small store; of a large one some, drawn by chance.' }),
  })
  .openapi('StoreMap');

export const duplicatesQuerySchema = z.strictObject({
  maxDistance: z.coerce.number().min(0).optional().openapi({
    description: 'Of an image from the centre of its group. Default: what the model calls the same.',
  }),
  limit: z.coerce.number().int().min(1).max(1000).default(100).openapi({ description: 'Groups at most.' }),
});

const origin = {
  sizeBytes: z.number().openapi({ description: 'Of its file.' }),
  source: z.enum(IMAGE_SOURCES).openapi({
    description:
      'Where it is: a file, in an archive, an object of a storage, or sent to the service and not kept.',
  }),
};

export const duplicatesResponseSchema = z
  .strictObject({
    model,
    numImages,
    numExamined: z.int().openapi({ description: 'Of them, those whose neighbours were looked up.' }),
    numGroups: z.int().openapi({ description: 'Found; the closest are told.' }),
    groups: z.array(
      z.strictObject({
        centre: z.strictObject({ ...storedImage, ...origin }),
        others: z
          .array(z.strictObject({ ...storedImage, ...origin, distance: z.number() }))
          .openapi({ description: 'Each near to the centre; the nearest first.' }),
      }),
    ),
  })
  .openapi('DuplicateGroups');

export const modelFileSchema = z.object({
  file: z.enum(MODEL_FILES).openapi({ param: { name: 'file', in: 'path' } }),
});

export const deleteResponseSchema = z.strictObject({ id: z.string() }).openapi('DeletedImage');

const labels = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .openapi({ description: 'Only among images of these labels; may be given several times.' });

export const searchQuerySchema = z.strictObject({
  k: z.coerce.number().int().min(1).max(1000).default(10).openapi({ description: 'Neighbours an image.' }),
  label: labels,
  method: z
    .enum(['auto', 'exact', 'approximate'])
    .default('auto')
    .openapi({ description: 'auto: exact in a small store, by the index in a large one.' }),
});

export const addQuerySchema = z.strictObject({
  label: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: 'Label of the images of this request.' }),
});

export const imageIdSchema = z.object({
  id: z
    .string()
    .min(1)
    .max(200)
    .openapi({ param: { name: 'id', in: 'path' } }),
});

export const healthSchema = z.strictObject({ status: z.literal('ok') }).openapi('Health');
export const readySchema = z.strictObject({ status: z.literal('ready') }).openapi('Ready');

export const embedQuerySchema = z.strictObject({
  encoding: z
    .enum(['float', 'base64'])
    .default('float')
    .openapi({ description: 'How embeddings are written. base64 is a quarter of the size, and exact.' }),
});

export const compareQuerySchema = z.strictObject({
  prior: z.coerce.number().gt(0).lt(1).optional().openapi({
    description:
      'Share of similar pairs where you ask: 0.01 where one in a hundred is. Default: the model’s own.',
  }),
});
