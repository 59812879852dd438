/** What nobody works on any more, shown and repaired at once. */
@NullMarked
package dev.homing.app.reconciliation;

import org.jspecify.annotations.NullMarked;
