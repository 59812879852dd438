/** What all of the API has in common. */
@NullMarked
package dev.homing.app.http;

import org.jspecify.annotations.NullMarked;
