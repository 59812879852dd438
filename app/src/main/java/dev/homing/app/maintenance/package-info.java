/** What runs in the background: rescuing, recording, telling runs, keeping partitions. */
@NullMarked
package dev.homing.app.maintenance;

import org.jspecify.annotations.NullMarked;
