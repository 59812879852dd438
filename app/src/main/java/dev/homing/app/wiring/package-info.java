/** Spring wiring: one class for each package whose classes do not know Spring. */
@NullMarked
package dev.homing.app.wiring;

import org.jspecify.annotations.NullMarked;
