/** The API that shows how attempts go, by hour. */
@NullMarked
package dev.homing.app.statistics;

import org.jspecify.annotations.NullMarked;
