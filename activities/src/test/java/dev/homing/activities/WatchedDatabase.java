package dev.homing.activities;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The real PostgreSQL, with a hook between each query and the reading of its result. */
public final class WatchedDatabase extends DelegatingDataSource {
  private final List<String> statements = new CopyOnWriteArrayList<>();
  private volatile Consumer<String> watcher = _ -> {};

  public WatchedDatabase() {
    super(Postgres.pool());
  }

  /** Sets the hook; if it throws, the query fails with that. */
  public void afterEach(Consumer<String> watcher) {
    this.watcher = watcher;
  }

  /** The number of statements so far that contain this text. */
  public long count(String part) {
    return statements.stream().filter(sql -> sql.contains(part)).count();
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return proxy(
        Connection.class,
        (_, method, arguments) -> {
          Object result = invoke(connection, method, arguments);
          if (result instanceof PreparedStatement statement) {
            String sql = String.valueOf(arguments[0]);
            statements.add(sql);
            return watched(statement, sql);
          }
          return result;
        });
  }

  private PreparedStatement watched(PreparedStatement statement, String sql) {
    return proxy(
        PreparedStatement.class,
        (_, method, arguments) -> {
          Object result = invoke(statement, method, arguments);
          if (method.getName().equals("executeQuery")) {
            watcher.accept(sql);
          }
          return result;
        });
  }

  private static @Nullable Object invoke(
      Object target, Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
