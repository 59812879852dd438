/** How events are published and looked at. */
@NullMarked
package dev.homing.app.event;

import org.jspecify.annotations.NullMarked;
