/** The first page: what needs someone, what waits, and the first steps; and the search. */
@NullMarked
package dev.homing.app.overview;

import org.jspecify.annotations.NullMarked;
