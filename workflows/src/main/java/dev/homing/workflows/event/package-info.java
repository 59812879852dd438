/** What happened, and telling everyone who subscribed. */
@NullMarked
package dev.homing.workflows.event;

import org.jspecify.annotations.NullMarked;
