/** Journeys through everything: the API, the workflows, the real parts, and receivers. */
@NullMarked
package dev.homing.app.journey;

import org.jspecify.annotations.NullMarked;
