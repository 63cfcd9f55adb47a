#ifndef FAIRWAY_POLICY_ENGINE_SIDE_INDEX_BUILDER_H_
#define FAIRWAY_POLICY_ENGINE_SIDE_INDEX_BUILDER_H_

#include <map>
#include <utility>
#include <vector>

#include "policy/engine/condition_parts.h"
#include "policy/engine/side_index.h"

namespace fairway::policy {

// Fills a SideIndex once.
class SideIndexBuilder {
 public:
  SideIndexBuilder(SideIndex& index, size_t peers) : index_(index), peers_(peers) {}

  void Build(const std::vector<SideIndex::Rule>& rules);

 private:
  using Row = SideIndex::Row;
  // What one rule accepts of one attribute.
  struct Demand {
    uint32_t rule = 0;
    bool unknown = false;
    Bits values;
  };
  using Demands = std::vector<Demand>;
  // The demands of one rule while its parts are read: attribute (and layer) to values.
  struct Sorted {
    std::map<size_t, Bits> singles;
    std::map<std::pair<size_t, size_t>, Bits> any_of;
    std::map<size_t, Bits> none_of;
  };

  void CollectCuts(const std::vector<SideIndex::Rule>& rules);
  void AddRule(const SideIndex::Rule& rule);
  // False if the part does not fit rows.
  bool AddPart(const ConditionPart& part, Sorted& sorted) const;
  bool AddSetPart(const ConditionPart& part, size_t attribute, Sorted& sorted) const;

  void MakeSingle(uint32_t offset, size_t values, const std::vector<int64_t>* cuts,
                  const Demands& demands);
  void MakeAnyOf(size_t attribute, const Demands& demands);
  void MakeNoneOf(size_t attribute, const Demands& demands);

  Row NewRow();
  Row CopyOf(Row row);
  void Set(Row row, uint32_t rule);
  void Clear(Row row, uint32_t rule);
  // The rules without a demand.
  Row Unconcerned(const Demands& demands);
  // For each value, the demands' rules that list it; kNoRow for values none lists.
  std::vector<Row> RowsByValue(const Demands& demands, size_t values);

  SideIndex& index_;
  const size_t peers_;
  std::map<size_t, std::vector<int64_t>> cuts_;  // by attribute
  Demands registered_;
  std::map<size_t, Demands> singles_;
  std::map<std::pair<size_t, size_t>, Demands> any_of_;
  std::map<size_t, Demands> none_of_;
};

}  // namespace fairway::policy

#endif  // FAIRWAY_POLICY_ENGINE_SIDE_INDEX_BUILDER_H_
