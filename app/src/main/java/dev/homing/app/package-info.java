/** How the world asks, and the wiring. */
@NullMarked
package dev.homing.app;

import org.jspecify.annotations.NullMarked;
