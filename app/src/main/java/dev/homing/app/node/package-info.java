/** This process: its dependencies, its workers, and its settings. */
@NullMarked
package dev.homing.app.node;

import org.jspecify.annotations.NullMarked;
