package dev.homing.activities.list;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Items of a list, newest first.
 *
 * @param lookedDownTo the lowest id that was looked at, if there were too many to look at all;
 *     null: there are no more items, or as many as were asked for
 */
public record Newest<T>(List<T> items, @Nullable UUID lookedDownTo) {}
