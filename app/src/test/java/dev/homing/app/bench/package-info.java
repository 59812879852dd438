/** How fast Homing is: load from this JVM, on the production jar with its real parts. */
@NullMarked
package dev.homing.app.bench;

import org.jspecify.annotations.NullMarked;
