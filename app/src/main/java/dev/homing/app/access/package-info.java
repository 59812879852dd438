/** Who may call, and what for. */
@NullMarked
package dev.homing.app.access;

import org.jspecify.annotations.NullMarked;
