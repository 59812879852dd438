/** What waits for a receiver in trouble, and the drain that sends it. */
@NullMarked
package dev.homing.activities.backlog;

import org.jspecify.annotations.NullMarked;
