/** The application: its HTTP API, background work and wiring. */
@NullMarked
package dev.homing.app;

import org.jspecify.annotations.NullMarked;
