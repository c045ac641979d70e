import { createRouter, createWebHistory } from 'vue-router';
import { BASE } from './api/client';

export const router = createRouter({
  history: createWebHistory(`${BASE}/`),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'overview', component: () => import('./views/OverviewView.vue') },
    { path: '/messages', name: 'messages', component: () => import('./views/MessagesView.vue') },
    {
      path: '/messages/:id',
      name: 'message',
      component: () => import('./views/MessageView.vue'),
      props: true,
    },
    { path: '/broadcasts', name: 'broadcasts', component: () => import('./views/BroadcastsView.vue') },
    {
      path: '/broadcasts/new',
      name: 'broadcast-new',
      component: () => import('./views/BroadcastNewView.vue'),
    },
    {
      path: '/broadcasts/recurring',
      name: 'recurring',
      component: () => import('./views/RecurringView.vue'),
    },
    {
      path: '/broadcasts/recurring/:id',
      name: 'recurring-one',
      component: () => import('./views/RecurringOneView.vue'),
      props: true,
    },
    {
      path: '/broadcasts/:id',
      name: 'broadcast',
      component: () => import('./views/BroadcastView.vue'),
      props: true,
    },
    { path: '/people', name: 'people', component: () => import('./views/PeopleView.vue') },
    { path: '/templates', name: 'templates', component: () => import('./views/TemplatesView.vue') },
    { path: '/accounts', name: 'accounts', component: () => import('./views/AccountsView.vue') },
    {
      path: '/accounts/:id',
      name: 'account',
      component: () => import('./views/AccountView.vue'),
      props: true,
    },
    { path: '/pushes', name: 'pushes', component: () => import('./views/PushesView.vue') },
    { path: '/audit', name: 'audit', component: () => import('./views/AuditView.vue') },
    { path: '/:path(.*)*', name: 'nowhere', component: () => import('./views/NowhereView.vue') },
  ],
});
