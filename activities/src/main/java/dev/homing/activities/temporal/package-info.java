/** Homing's calls to Temporal: workflows are started, woken, cancelled and looked up here. */
@NullMarked
package dev.homing.activities.temporal;

import org.jspecify.annotations.NullMarked;
