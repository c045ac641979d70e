import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
/** Where `npm run dev:console` finds a host: the demo. */
const HOST = process.env.WEIXIN_CONSOLE_HOST ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root,
  // Relative, so that a host may serve it below any path.
  base: './',
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: '../web-dist',
    emptyOutDir: true,
    target: 'es2022',
    // Data addresses would need an exception of the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '^/weixin/(?!console/?$|console/assets)': HOST,
    },
  },
});
