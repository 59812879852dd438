/** Tests of a backlog's workflow. */
@NullMarked
package dev.homing.workflows.backlog;

import org.jspecify.annotations.NullMarked;
