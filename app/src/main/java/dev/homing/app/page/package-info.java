/** The ground of the dashboard's pages: templates, assets, their frame, and problems as pages. */
@NullMarked
package dev.homing.app.page;

import org.jspecify.annotations.NullMarked;
