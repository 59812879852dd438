/** Which addresses may be called, and how host names are looked up. */
@NullMarked
package dev.homing.activities.destination;

import org.jspecify.annotations.NullMarked;
