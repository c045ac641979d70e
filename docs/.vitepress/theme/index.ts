// Without the fonts of the default theme: pages use those of the system, Chinese ones included.
import DefaultTheme from 'vitepress/theme-without-fonts';
import Layout from './Layout.vue';
import './style.css';

export default { extends: DefaultTheme, Layout };
