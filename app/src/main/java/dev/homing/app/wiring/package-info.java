/** Puts the parts together: a class for each room whose classes do not know Spring. */
@NullMarked
package dev.homing.app.wiring;

import org.jspecify.annotations.NullMarked;
