import { type CanActivate, type Type, UseGuards } from '@nestjs/common';
import { AccountController } from './account-source/account.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { AppAuthorizationController } from './authorization/app-authorization.controller.js';
import { SubscribeAuthorizationController } from './authorization/subscribe-authorization.controller.js';
import { WebAuthorizationController } from './authorization/web-authorization.controller.js';
import { BalanceController } from './balance/balance.controller.js';
import { BroadcastController } from './broadcast/broadcast.controller.js';
import { RecurringBroadcastController } from './broadcast/recurring/recurring.controller.js';
import { CardController } from './card/card.controller.js';
import {
  AuthorizerController,
  ComponentCallbackController,
  ComponentEventController,
} from './component/component.controller.js';
import { MessageController } from './delivery/send/message.controller.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { ExplainController } from './explain/explain.controller.js';
import { FormIdController } from './grant/form-id/form-id.controller.js';
import { HistoryController } from './history/history.controller.js';
import { SubjectGuard } from './http/public-route.guards.js';
import { JssdkController } from './jssdk/jssdk.controller.js';
import { OverviewController } from './overview/overview.controller.js';
import { PersonController } from './overview/person.controller.js';
import { ownOf } from './own-of.js';
import { PushController } from './push/push.controller.js';
import { PushEventController } from './push/push-event.controller.js';
import { TemplateController } from './template/template.controller.js';
import { DropInController } from './token-drop-in/drop-in.controller.js';
import { TokenController } from './token-rest/token.controller.js';
import type { WeixinSubscribeControllers } from './weixin-subscribe.module-definition.js';

const AUTHORIZATION = [
  WebAuthorizationController,
  AppAuthorizationController,
  SubscribeAuthorizationController,
  BalanceController,
];

/** The controllers that a host wants. */
export function mounted({
  authorization = true,
  token = true,
  push = true,
  messages = true,
  broadcasts = true,
  cards = true,
  templates = true,
  jssdk = true,
  operations = true,
  accounts = false,
  component = false,
  dropIn: isDropIn = false,
}: WeixinSubscribeControllers): Type[] {
  const guards = typeof authorization === 'object' ? authorization.guards : [];
  return [
    ...(authorization ? AUTHORIZATION.map((controller) => behind(guards, controller)) : []),
    ...[
      ...(token ? [TokenController, DoctorController] : []),
      ...(push ? [PushController] : []),
      ...(messages ? [MessageController, FormIdController, HistoryController, ExplainController] : []),
      // The path of the first would be an id to the second.
      ...(broadcasts ? [RecurringBroadcastController, BroadcastController] : []),
      ...(cards ? [CardController] : []),
      ...(templates ? [TemplateController] : []),
      ...(jssdk ? [JssdkController] : []),
      ...(operations ? [OverviewController, AuditController, PushEventController, PersonController] : []),
      ...(accounts ? [AccountController] : []),
      ...(component ? [ComponentEventController, ComponentCallbackController, AuthorizerController] : []),
      ...(isDropIn ? [DropInController] : []),
    ].map(ownOf),
  ];
}

function behind(guards: Type<CanActivate>[], controller: Type): Type {
  const guarded = ownOf(controller);
  UseGuards(...guards, SubjectGuard)(guarded);
  return guarded;
}
