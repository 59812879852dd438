/** The audit log: who changed what, and when. */
@NullMarked
package dev.homing.app.audit;

import org.jspecify.annotations.NullMarked;
