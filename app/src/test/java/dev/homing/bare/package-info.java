/** Homing's HTTP stack without Homing; apart, so that Homing never finds it on its class path. */
@NullMarked
package dev.homing.bare;

import org.jspecify.annotations.NullMarked;
