import { Module } from '@nestjs/common';
import { DoctorService } from './doctor.service.js';

/** The going-live checklist, run for real. */
@Module({ providers: [DoctorService], exports: [DoctorService] })
export class DoctorModule {}
