import { applyDecorators, UseFilters, UseInterceptors } from '@nestjs/common';
import { PageErrorFilter } from './page-error.filter.js';
import { PageHeaders } from './page-headers.js';

/** For a controller that answers pages: their headers, and a page for every error. */
export function HtmlPages(): ClassDecorator {
  return applyDecorators(UseInterceptors(PageHeaders), UseFilters(PageErrorFilter)) as ClassDecorator;
}
