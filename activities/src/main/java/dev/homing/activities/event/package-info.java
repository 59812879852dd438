/** What happened, and which subscriptions have not received it yet. */
@NullMarked
package dev.homing.activities.event;

import org.jspecify.annotations.NullMarked;
