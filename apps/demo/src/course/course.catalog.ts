import { NotFoundException } from '@nestjs/common';

/** A lesson that people may be reminded of. Its number is the `scene` under which they subscribe. */
export interface Course {
  /** 0–10000, unique: grants for one course are independent of those for another. */
  number: number;
  name: string;
  englishName: string;
  startsAt: string;
  room: string;
  englishRoom: string;
}

/** Fixed: the demo is about reminding, not about keeping courses. */
export const COURSES: readonly Course[] = [
  {
    ...{ number: 42, name: '高等数学', englishName: 'Calculus', startsAt: '8:50' },
    ...{ room: '教室 A-301', englishRoom: 'Room A-301' },
  },
  {
    ...{ number: 43, name: '大学物理', englishName: 'Physics', startsAt: '10:30' },
    ...{ room: '教室 B-204', englishRoom: 'Room B-204' },
  },
  {
    ...{ number: 44, name: '大学英语', englishName: 'English', startsAt: '14:00' },
    ...{ room: '语音室 C-112', englishRoom: 'Language lab C-112' },
  },
  {
    ...{ number: 45, name: '程序设计', englishName: 'Programming', startsAt: '16:10' },
    ...{ room: '机房 D-008', englishRoom: 'Computer room D-008' },
  },
];

/** The course of an address. @throws {NotFoundException} */
export function courseAt(number: string): Course {
  const course = /^\d{1,5}$/.test(number) && COURSES.find((one) => one.number === Number(number));
  if (!course) throw new NotFoundException();
  return course;
}
