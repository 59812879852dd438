package dev.homing.app.bench;

import dev.homing.app.development.RealParts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Homing's database, asked past Homing. */
final class Postgres {
  private Postgres() {}

  /** The first column of the first row. */
  static long count(RealParts parts, String query) {
    try (Connection connection = connect(parts);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  static void run(RealParts parts, String statements) {
    try (Connection connection = connect(parts);
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static Connection connect(RealParts parts) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/homing?user=postgres&password=postgres"
            .formatted(parts.postgres().port()));
  }
}
