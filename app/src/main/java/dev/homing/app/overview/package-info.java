/** The first page: what needs attention, what waits, and the first steps; and the search. */
@NullMarked
package dev.homing.app.overview;

import org.jspecify.annotations.NullMarked;
