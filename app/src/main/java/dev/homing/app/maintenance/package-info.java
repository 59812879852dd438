/** Background jobs: rescue deliveries and events, notify runs, keep partitions. */
@NullMarked
package dev.homing.app.maintenance;

import org.jspecify.annotations.NullMarked;
