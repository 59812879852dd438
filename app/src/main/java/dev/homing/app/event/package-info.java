/** The API for publishing and reading events. */
@NullMarked
package dev.homing.app.event;

import org.jspecify.annotations.NullMarked;
