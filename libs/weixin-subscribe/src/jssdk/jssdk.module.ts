import { Module } from '@nestjs/common';
import { JssdkService } from './jssdk.service.js';

/** Signatures for web pages of official accounts. */
@Module({ providers: [JssdkService], exports: [JssdkService] })
export class JssdkModule {}
