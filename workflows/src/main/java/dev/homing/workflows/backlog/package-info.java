/** What waits for one receiver in trouble. */
@NullMarked
package dev.homing.workflows.backlog;

import org.jspecify.annotations.NullMarked;
