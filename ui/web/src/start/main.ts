import { mount } from 'svelte';
import '../frame/page.css';
import { preferences } from '../frame/preferences.svelte';
import { Session } from '../session/session.svelte';
import Start from './Start.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
preferences.load();
mount(Start, { target, props: { session: new Session() } });
