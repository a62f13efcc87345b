import { OpenAPIHono } from '@hono/zod-openapi';
import { type ErrorCode, SamesameError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { movesBodySchema } from './moves/move-schemas.ts';
import { API_PAGE_POLICY, renderApiPage } from './page/render-api-page.ts';
import { headersOf, PROBLEM_TYPE, toProblem } from './problem.ts';
import { faultsToError } from './requests/read-json.ts';
import { addAboutRoutes } from './routes/about.ts';
import { addCompareRoute } from './routes/compare.ts';
import { addEmbedRoute } from './routes/embed.ts';
import { addImageRoutes } from './routes/images.ts';
import { addModelFileRoute } from './routes/model-file.ts';
import { addMoveRoutes } from './routes/moves.ts';
import { addOverviewRoutes } from './routes/overview.ts';
import { addPageRoutes } from './routes/page.ts';
import { IMAGE_PROBLEMS } from './routes/responses.ts';
import { addRunRoutes } from './routes/runs.ts';
import { addSearchRoute } from './routes/search.ts';
import { addThumbnailRoute } from './routes/thumbnail.ts';
import { imagesBodySchema } from './schemas.ts';
import type { ServeEnv, Service } from './service.ts';
import { observe } from './steps/observe.ts';
import { allowOrigins, refuseStrangers } from './steps/same-origin.ts';

/** Codes that a client can meet, in the order of the page. */
const CODES: readonly ErrorCode[] = [
  ...IMAGE_PROBLEMS,
  'E_CONFIG',
  'E_NOT_FOUND',
  'E_NO_ROUTE',
  'E_METHOD',
  'E_DATA',
  'E_PERMISSION',
  'E_DISK_FULL',
  'E_RUNTIME',
  'E_STORE',
  'E_CONNECTION',
];

/** The HTTP API over a service: what answers a request, without the server that takes it. */
export function createApp(service: Service): OpenAPIHono<ServeEnv> {
  const app = new OpenAPIHono<ServeEnv>({
    defaultHook: (result) => {
      if (!result.success)
        throw faultsToError(`the ${result.target} of the request is not as expected`, result.error);
    },
  });
  app.onError((error, c) => {
    c.set('failure', error);
    const problem = toProblem(error, c.get('requestId'));
    return c.json(problem, problem.status as 500, { ...headersOf(error), 'content-type': PROBLEM_TYPE });
  });
  app.use(observe(service));
  app.use(refuseStrangers(service));
  if (service.settings.corsOrigins.length > 0) app.use(allowOrigins(service));

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.register('ImagesBody', imagesBodySchema);
  app.openAPIRegistry.register('MovesBody', movesBodySchema);
  addEmbedRoute(app, service);
  addCompareRoute(app, service);
  addSearchRoute(app, service);
  addImageRoutes(app, service);
  addThumbnailRoute(app, service);
  addOverviewRoutes(app, service);
  addMoveRoutes(app, service);
  addAboutRoutes(app, service);
  addModelFileRoute(app, service);
  addRunRoutes(app, service);

  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'samesame',
      version: VERSION,
      description:
        'Asks a learned similarity model: embeddings of images, and whether two images show the same thing.',
    },
    servers: [{ url: '/' }],
  });
  app.get('/openapi.json', (c) => c.json(document));
  addPageRoutes(app, service.pageFiles);
  const apiPage = renderApiPage(document, CODES);
  for (const path of ['/docs', ...(service.pageFiles.length === 0 ? ['/'] : [])]) {
    app.get(path, (c) => {
      c.header('content-security-policy', API_PAGE_POLICY);
      return c.html(apiPage);
    });
  }
  app.notFound((c) => {
    throw notFound(app, c.req.method, c.req.path);
  });
  return app;
}

/** No such address; or one that takes other methods. */
function notFound(app: OpenAPIHono<ServeEnv>, method: string, path: string): SamesameError {
  const methods = app.routes
    .filter((route) => route.method !== 'ALL' && matches(route.path, path))
    .map((route) => route.method);
  if (methods.length === 0) {
    return new SamesameError('E_NO_ROUTE', {
      what: 'there is nothing at this address',
      help: 'GET /docs lists what there is',
    });
  }
  const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].join(', ');
  return new SamesameError('E_METHOD', {
    what: 'this address does not take this method',
    expected: allow,
    received: method.slice(0, 20),
    details: { allow },
  });
}

/** Whether a path is one of a pattern with `:names`. */
function matches(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === found.length && wanted.every((part, i) => part.startsWith(':') || part === found[i])
  );
}
