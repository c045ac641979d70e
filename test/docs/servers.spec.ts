import { readFileSync } from 'node:fs';
import { MYSQL } from '../../libs/weixin-subscribe/src/sql/dialect.mysql.js';
import { POSTGRES } from '../../libs/weixin-subscribe/src/sql/dialect.postgres.js';

const LEAST = [MYSQL, POSTGRES].flatMap(({ server }) => String(server?.least).split(' or '));

it.each(['README.md', 'README.zh-CN.md', 'docs/en/versions.md', 'docs/zh/versions.md'])(
  '%s names the least servers that the start names',
  (page) => {
    const text = readFileSync(page, 'utf8');
    expect(LEAST).toHaveLength(3);
    expect(LEAST.filter((server) => !text.includes(server))).toEqual([]);
  },
);
