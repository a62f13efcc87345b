import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import { render } from 'preact';
import { App } from './shell/app.tsx';
import { start } from './state/start.ts';

render(<App />, document.getElementById('page')!);

await start();
