// What a host names of this room. The going-live checklist, run for real.

export { DoctorService } from './doctor.service.js';
export type { DoctorCheck, DoctorFinding, DoctorReport, FindingStatus } from './doctor.types.js';
