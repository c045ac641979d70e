/**
 * HTTP clients without an SDK: the same POST, the same JSON. Each way: (origin, connections) → (n) → the
 * answer.
 */
import http from 'node:http';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { Pool } from 'undici';
import { PATH, wireMessage } from './message.mjs';

const TOKEN = 'x'.repeat(150);
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const withToken = { params: { access_token: TOKEN }, headers: JSON_HEADERS };

export const BARE = {
  undici(origin, connections) {
    const pool = new Pool(origin, { connections, pipelining: 1 });
    const path = `${PATH}?access_token=${TOKEN}`;
    return async (n) => {
      const body = JSON.stringify(wireMessage(n));
      const answer = await pool.request({ method: 'POST', path, headers: JSON_HEADERS, body });
      return JSON.parse(await answer.body.text());
    };
  },

  'axios-keep-alive'(origin, connections) {
    const httpAgent = new http.Agent({ keepAlive: true, maxSockets: connections });
    const client = axios.create({ baseURL: origin, httpAgent });
    return async (n) => (await client.post(PATH, wireMessage(n), withToken)).data;
  },

  /** Without RxJS, as `http.axiosRef`: through `firstValueFrom(http.post())` it costs more. */
  HttpService(origin) {
    const { axiosRef } = new HttpService();
    return async (n) => (await axiosRef.post(origin + PATH, wireMessage(n), withToken)).data;
  },

  /** For the connections only: what is counted when none is kept. */
  'axios-new-connections'(origin) {
    return async (n) => {
      const { Agent } = await import('node:https');
      const httpsAgent = new Agent({ keepAlive: false });
      return (await axios.post(origin + PATH, wireMessage(n), { ...withToken, httpsAgent })).data;
    };
  },
};
