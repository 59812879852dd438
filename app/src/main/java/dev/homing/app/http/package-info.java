/** Rules that all routes share: problems, bodies, parameters and lists. */
@NullMarked
package dev.homing.app.http;

import org.jspecify.annotations.NullMarked;
