// Answers every call as WeChat answers a send that it accepts, as fast as Node can. In a process of its own, so that its CPU is not counted.
import { createServer } from 'node:http';

const ANSWER = '{"errcode":0,"errmsg":"ok"}';
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': ANSWER.length }).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
