/** How deliveries are sent: first attempts at once, later ones by workflows, within limits. */
@NullMarked
package dev.homing.activities.lane;

import org.jspecify.annotations.NullMarked;
