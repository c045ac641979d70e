import { readForm } from './html-form.js';

it('reads a form as a browser does', () => {
  const html = `<form class="card" method="post" action="/mp?a=1&amp;b=&quot;2&quot;">
    <input type="hidden" name="key" value="&lt;x&gt;">
    <select id="person" name="person"><option value="a">a</option><option value="b" selected>b</option></select>
    <button name="answer" value="cancel">no</button><button name="answer" value="confirm">yes</button></form>`;
  expect(readForm(html)).toEqual({
    action: '/mp?a=1&b="2"',
    fields: { key: '<x>', person: 'b' },
    buttons: { answer: ['cancel', 'confirm'] },
  });
});

it('takes the first choice where none is selected', () => {
  const html =
    '<form method="post" action="/"><select name="s"><option value="a"></option><option value="b"></option></select></form>';
  expect(readForm(html)?.fields).toEqual({ s: 'a' });
});

it('takes the form that goes to an address', () => {
  const html =
    '<form action="/search"></form><form method="post" action="/a"></form><form method="post" action="/b#c"></form>';
  expect([readForm(html)?.action, readForm(html, '/b')?.action, readForm(html, '/d')]).toEqual([
    '/a',
    '/b#c',
    undefined,
  ]);
});

it('finds none where there is none', () => {
  expect(readForm('<p>no</p>')).toBeUndefined();
  expect(readForm('<form action="/search"></form>')).toBeUndefined();
});
