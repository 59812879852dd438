/** Each part is killed at each step, and nothing is lost. */
@NullMarked
package dev.homing.app.chaos;

import org.jspecify.annotations.NullMarked;
