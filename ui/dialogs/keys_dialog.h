#pragma once

#include <QDialog>

namespace metamer {

/// The keys of a page as a two-column list; entries are "key<TAB>what it does".
class KeysDialog final : public QDialog {
    Q_OBJECT

public:
    KeysDialog(const QStringList &keys, QWidget *parent);
};

}  // namespace metamer
